"""Forges over HTTP: GitHub, GitLab, Gitea and Bitbucket Cloud, each a module of its own.

Knows requests and replies, and how deliveries are signed. Decides nothing about pull requests, and
believes a delivery only that something may have happened.
"""
