"""Stand-ins for Jira Cloud, Jira Data Center and Asana: real HTTP on loopback, standard library only.

They reproduce what the real services do and refuse, so that a demo, an acceptance test and a benchmark
talk to something that can say no. They import nothing of the connectors they stand in against.
"""
