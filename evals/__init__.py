"""Comparing ways to answer a task, with statistics. Built after fine-tuning."""
