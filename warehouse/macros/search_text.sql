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

-- Whole texts are looked through first. Chinese has no small letters: making them of a whole corpus, and asking for each word in
-- a list, takes ten times as long as looking for the first word.
found as (
    select
        d.document_id, d.region_code, d.region, d.report_year, d.title, d.text, w.parts,
        -- A sentence with the first word in it, to its end.
        '(?i)[^。！？；\n]*' || regexp_escape(w.parts[1]) || '[^。！？；\n]*[。！？；\n]?' as pattern
    from documents d, wanted w
    where len(w.parts) > 0 and d.copy_of is null
      and case when regexp_matches(w.parts[1], '[a-z]') then contains(lower(d.text), w.parts[1]) else contains(d.text, w.parts[1]) end
      and len(list_filter(w.parts[2:], lambda word: not contains(if(regexp_matches(word, '[a-z]'), lower(d.text), d.text), word))) = 0
),

-- The sentences and what stands between them: only these are counted through, whole texts are never cut up.
parted as (
    select * exclude (text, pattern), regexp_extract_all(text, pattern) as pieces, string_split_regex(text, pattern) as gaps
    from found
),

cut as (
    select * exclude (pieces, gaps), unnest(pieces) as piece, unnest(gaps) as gap, generate_subscripts(gaps, 1) as turn
    from parted
),

placed as (
    select *, cast(sum(length(gap) + coalesce(length(piece), 0)) over (partition by document_id order by turn) - length(piece) as bigint) as place
    from cut
)

select
    document_id, region_code, region, report_year, title,
    place + length(piece) - length(ltrim(piece, ' 　' || chr(9) || chr(10) || chr(13))) as char_start,
    trim(piece, ' 　' || chr(9) || chr(10) || chr(13)) as sentence
from placed
where piece is not null and len(list_filter(parts, lambda word: not contains(lower(piece), word))) = 0
order by report_year desc nulls last, region_code, document_id, char_start
