"""What was measured: records, made and kept so that nothing finished is lost."""
