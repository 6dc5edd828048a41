-- en: The sentences of all documents in which every one of some words stands, words apart by spaces: from search_text('新能源汽车 产量'). Substrings are found, so that Chinese needs no cutting into words.
-- zh: 全文检索：各词（以空格分隔）全部出现的句子
-- column document_id: The document. | 文档编号
-- column region_code: Code of its region. | 行政区划代码
-- column region: Its region. | 地区
-- column report_year: Year of the report. | 报告年份
-- column title: Its title. | 标题
-- column char_start: Offset of the sentence in documents.text. | 起始位置
-- column sentence: The sentence. | 句子
create macro search_text(words) as table
with wanted as (
    select list_filter(string_split_regex(lower(trim(words)), '[\s　]+'), lambda word: word <> '') as parts
),

-- Whole texts are looked through first: only those that have every word are cut into sentences. Chinese has no small letters:
-- making them of a whole corpus, and asking for each word in a list, takes ten times as long as looking for the first word.
found as (
    select d.document_id, d.region_code, d.region, d.report_year, d.title, d.text, w.parts
    from documents d, wanted w
    where len(w.parts) > 0 and d.copy_of is null
      and case when regexp_matches(w.parts[1], '[a-z]') then contains(lower(d.text), w.parts[1]) else contains(d.text, w.parts[1]) end
      and len(list_filter(w.parts[2:], lambda word: not contains(lower(d.text), word))) = 0
),

cut as (
    select * exclude (text), unnest(regexp_extract_all(text, '[^。！？；\n]*[。！？；\n]|[^。！？；\n]+$')) as piece, generate_subscripts(regexp_extract_all(text, '[^。！？；\n]*[。！？；\n]|[^。！？；\n]+$'), 1) as turn
    from found
),

placed as (
    select *, cast(coalesce(sum(length(piece)) over (partition by document_id order by turn rows between unbounded preceding and 1 preceding), 0) as bigint) as place
    from cut
)

select
    document_id, region_code, region, report_year, title,
    place + length(piece) - length(ltrim(piece, ' 　' || chr(9) || chr(10) || chr(13))) as char_start,
    trim(piece, ' 　' || chr(9) || chr(10) || chr(13)) as sentence
from placed
where len(list_filter(parts, lambda word: not contains(lower(piece), word))) = 0
order by report_year desc nulls last, region_code, document_id, char_start
