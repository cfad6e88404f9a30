"""Telling: mail, webhooks, services."""
