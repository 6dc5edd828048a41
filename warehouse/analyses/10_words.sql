-- en: When do reports begin to speak of digital economy and new quality productive forces?
-- zh: 报告从何时开始说数字经济、新质生产力？
-- claim: format('{} sentences speak of the digital economy, the first in a report of {}; {} of new quality productive forces, the first in {}.', coalesce(sum(sentences) filter (where word = '数字经济'), 0), coalesce(min(report_year) filter (where word = '数字经济')::varchar, 'no year'), coalesce(sum(sentences) filter (where word = '新质生产力'), 0), coalesce(min(report_year) filter (where word = '新质生产力')::varchar, 'no year'))
with said as (
    select '数字经济' as word, * from search_text('数字经济')
    union all
    select '新质生产力', * from search_text('新质生产力')
)

select word, report_year, count(*) as sentences, count(distinct document_id) as documents
from said
group by word, report_year
order by word, report_year
