"""What is asked and answered: plan, run, store, compare, report; and the command line."""
