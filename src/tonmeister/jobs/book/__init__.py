"""The job table: how jobs and steps pass from state to state, who holds what, and what each change leaves behind."""
