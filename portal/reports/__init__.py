"""What the cooperation did over time, on pages to look at and to print: the timeline (年表) and the year's report."""
