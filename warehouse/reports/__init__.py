"""What a run found, for readers: the data-quality report as pages and as text.

quality_report  the pages ``quality/``
quality_text    the summary of ``baogao quality``
report_data     reading the warehouse, formatting, templates; also for the site
"""
