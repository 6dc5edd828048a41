-- en: Which regions missed their growth target, and by how much?
-- zh: 哪些地区没有完成经济增长目标，差多少？
-- claim: format('{} of {} growth targets that can be judged were missed; the largest miss is {} points ({} in {}).', count(*) filter (where met is false), count(met), coalesce(max(-gap) filter (where met is false), 0), coalesce(arg_min(region, gap) filter (where met is false), 'none'), coalesce(arg_min(year, gap) filter (where met is false)::varchar, 'any year'))
select region, year, target, target_high, target_bound, actual, gap, met
from targets_vs_actuals
where indicator_id = 'gdp' and statistic = 'growth_rate' and actual is not null
order by gap, region, year
