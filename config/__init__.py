"""Configuration: one YAML file per workspace, and the settings of the service itself."""
