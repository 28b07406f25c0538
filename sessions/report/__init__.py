"""Reports, comparisons and histories: statistics, key figures, charts, pages."""
