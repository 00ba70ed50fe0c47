"""An engine without a model, for tests, dry runs and tests of scale."""
