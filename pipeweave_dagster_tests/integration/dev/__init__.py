"""What needs a running `pipeweave dev`."""
