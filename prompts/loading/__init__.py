"""Task folders: searched for, read, checked and written. Others use `finding.load_task`."""
