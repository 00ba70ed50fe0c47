"""Task folders: found, read, checked and newly made. Others use `finding.load_task`."""
