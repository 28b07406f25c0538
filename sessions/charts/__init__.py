"""Charts as SVG text: plain functions with typed inputs, free of sessions, files and clocks, for reports and pages."""
