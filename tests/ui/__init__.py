"""What users see, in a real browser on a real JupyterLab."""
