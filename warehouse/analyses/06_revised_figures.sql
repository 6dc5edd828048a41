-- en: Which figures of the past does a later report give differently?
-- zh: 哪些往年数据被后来的报告修订？
-- claim: format('{} figures differ between reports by more than their rounding.', count(*))
select region, year, name_zh, statistic, first_value, last_value, unit_std, round(relative_difference, 2) as percent, first_report_year, last_report_year
from revisions
order by abs(coalesce(relative_difference, difference)) desc, region_code, year, indicator_id
