"""The real programs behind the pipeline: built once, started natively, asked whether what was sent arrived."""
