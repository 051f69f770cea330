"""Jira Cloud and Jira Data Center: epics in, one comment out."""
