"""What `fewsight tasks new NAME` writes: a task that works, to be changed."""
