-- en: What was promised about housing, and was it done?
-- zh: 关于住房承诺了什么，做到了吗？
-- claim: format('{} promises about housing; the next report answers {}, of which {} were kept and {} were not.', count(*), count(*) filter (where answered), count(*) filter (where met), count(*) filter (where met is false))
select region, report_year, indicator, value, unit, bound, answer_indicator, answer_value, answered, met, score
from commitments
where regexp_matches(indicator, '住房|保障房|租赁房|公租房|保租房|安居房|棚户区|老旧小区|危房')
order by region_code, report_year, char_start
