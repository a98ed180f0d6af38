"""Where uploaded files are kept: in a folder, or in a store that speaks S3."""
