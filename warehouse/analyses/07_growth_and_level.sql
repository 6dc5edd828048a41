-- en: Where do growth as told and growth implied by two levels in a row lie furthest apart?
-- zh: 报告所述增长率与相邻两年水平值推算的增长率在哪里相差最大？
-- claim: format('{} pairs of levels have a growth rate told beside them; the two differ by more than 5 points in {}.', count(*), count(*) filter (where abs(difference) > 5))
select region, name_zh, year, level_before, level, growth, growth_implied, difference
from growth_and_level
where difference is not null and growth_bound = 'exact' and level_bound = 'exact'
order by abs(difference) desc, region_code, indicator_id, year
