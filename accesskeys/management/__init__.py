"""The door for administrators at a shell: commands."""
