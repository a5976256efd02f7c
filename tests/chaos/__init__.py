"""The record under fire: killed processes, full disks, wrong clocks. ``make chaos`` prints the table."""
