"""What a run writes: reports, marked copies, notices, and the run itself from files to outputs."""
