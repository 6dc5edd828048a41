-- en: What is measured by names that have a word in them, in the catalogue's names and in the reports' own words: from search_indicators('住房').
-- zh: 指标检索：名称中含有某词的指标
-- column indicator: Name of the indicator as reports word it, or the catalogue's. | 指标
-- column indicator_id: The catalogue's id where it is one of its own. | 指标目录编号
-- column metrics: How many metrics there are of it. | 指标行数
-- column regions: How many regions tell of it. | 地区数
-- column first_year: First report year. | 最早报告年份
-- column last_year: Last report year. | 最近报告年份
create macro search_indicators(word) as table
select
    m.indicator, m.indicator_id, count(*) as metrics, count(distinct m.region_code) as regions,
    min(m.report_year) as first_year, max(m.report_year) as last_year
from metrics m
left join indicators i using (indicator_id)
where contains(lower(concat_ws(' ', m.indicator, m.indicator_id, i.name_zh, i.name_en, i.aliases)), lower(word))
group by m.indicator, m.indicator_id
order by metrics desc, m.indicator
