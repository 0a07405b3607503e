"""Code that commands share: the installation, output, progress, processes, launching runs."""
