"""What the stored results say: intervals, verdicts, tables, figures and the report."""
