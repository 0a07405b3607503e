"""What commands share: the installation, output, progress, processes and launching runs."""
