"""`--search`: settings found by short trainings. `pipeline` alone uses it."""
