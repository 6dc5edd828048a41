-- en: How much of each province's economy do the prefectures in the warehouse add up to?
-- zh: 仓库内各地级市的地区生产总值合计占全省多少？
-- claim: format('{} provinces and years have both their own figure and one of a prefecture; the prefectures told of make up at most {}%.', count(*) filter (where province_total is not null), coalesce(max(percent), 0))
with parts as (
    select t.ancestor_code as region_code, t.ancestor as province, h.year, sum(h.value_std) as prefectures_total, count(*) as prefectures
    from headline h
    join region_tree t using (region_code)
    where h.indicator_id = 'gdp' and h.statistic = 'level' and h.modality = 'actual' and h.unit_std = 'CNY'
      and h.region_level = 'prefecture' and t.ancestor_level = 'province'
    group by all
)

select p.province, p.year, p.prefectures, p.prefectures_total, h.value_std as province_total, round(100 * p.prefectures_total / h.value_std, 1) as percent
from parts p
left join headline h
  on h.region_code = p.region_code and h.year = p.year and h.indicator_id = 'gdp' and h.statistic = 'level' and h.modality = 'actual' and h.unit_std = 'CNY'
order by p.region_code, p.year
