"""`--search`: settings found by short trainings."""
