"""Whether this process lives, whether it may be asked, and what an administrator has to mend."""
