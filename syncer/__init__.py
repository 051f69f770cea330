"""The okr-syncer service: what it knows (domain), does (engine), keeps (store) and shows (cli)."""
