-- en: How many new urban jobs were aimed at and created, region by region?
-- zh: 各地城镇新增就业的目标与实绩
-- claim: format('{} of {} targets for new jobs that can be judged were met; regions went beyond them by {} persons in the middle.', count(*) filter (where met), count(met), coalesce(median(gap)::bigint, 0))
select region, year, target::bigint as target, target_bound, actual::bigint as actual, gap::bigint as gap, round(100 * actual / target, 1) as percent, met
from targets_vs_actuals
where indicator_id = 'urban_new_employment' and statistic = 'level' and actual is not null
order by percent desc, region_code, year
