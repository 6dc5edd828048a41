-- en: Who aims higher than what was just achieved?
-- zh: 谁的目标高于上一年的实绩？
-- claim: format('{} of {} growth targets lie below the growth of the year before.', count(*) filter (where ambition < 0), count(*))
select t.region, t.year, a.actual as achieved_before, t.target, t.target_bound, round(t.target - a.actual, 2) as ambition
from series t
join series a using (region_code, indicator_id, statistic, unit_std)
where t.indicator_id = 'gdp' and t.statistic = 'growth_rate' and t.target is not null and a.year = t.year - 1 and a.actual is not null
order by ambition desc, t.region_code, t.year
