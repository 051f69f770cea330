"""The connector for Asana projects."""
