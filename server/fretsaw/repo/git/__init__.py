"""Everything that asks git: the program, snapshots, trials, refs, history."""
