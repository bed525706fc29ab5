"""Draws windows over the files of daily facts, one task per range of cohorts."""
