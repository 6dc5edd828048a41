-- en: How did the wording of growth targets move, from a number to 左右, 以上 or a range?
-- zh: 增长目标的措辞如何变化：确数、左右、以上、区间？
-- claim: format('{} growth targets in {} years; {} are exact numbers, {} say about, {} at least, {} give a range.', sum(targets), count(distinct year), sum(exact), sum(about), sum(at_least), sum(ranges))
select
    year, count(*) as targets, round(avg(target), 2) as average,
    count(*) filter (where target_bound = 'exact') as exact,
    count(*) filter (where target_bound = 'approx') as about,
    count(*) filter (where target_bound = 'lower') as at_least,
    count(*) filter (where target_bound = 'range') as ranges
from series
where indicator_id = 'gdp' and statistic = 'growth_rate' and target is not null
group by year
order by year
