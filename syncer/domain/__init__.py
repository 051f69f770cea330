"""What okr-syncer knows: pure values and functions, standard library only, nothing that reads or writes."""
