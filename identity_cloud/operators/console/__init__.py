"""The pages about operators: who may do what in this console."""
