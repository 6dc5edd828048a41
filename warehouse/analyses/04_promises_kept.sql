-- en: How many of its promises outside the catalogue does each report see answered a year later, and kept?
-- zh: 每份报告目录以外的承诺，次年有多少得到回应、多少兑现？
-- claim: format('{} of {} promises that could be answered were answered ({}%), {} of them kept.', sum(answered), sum(promises), round(100.0 * sum(answered) / greatest(sum(promises), 1), 1), sum(kept))
select
    region, report_year, count(*) as promises, count(*) filter (where answered) as answered, count(*) filter (where met) as kept,
    count(*) filter (where met is false) as not_kept, round(100.0 * count(*) filter (where answered) / count(*), 1) as answered_percent
from commitments
where answered is not null
group by region_code, region, report_year
order by answered_percent desc, region_code, report_year
