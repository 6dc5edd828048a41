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
    select
        -- What ends a sentence stands in none.
        list_filter(string_split_regex(lower(words), '[\s　。！？；]+'), lambda word: word <> '') as parts,
        parts[1] as word,
        -- Chinese has no small letters. Only a word that has them is looked for by a pattern, and may be spelled in several ways.
        case when regexp_matches(word, '[a-z]') then '(?i)' || regexp_escape(word) end as pattern
),

-- DuckDB gives a thread 122,880 rows to read, more than there are documents: one thread would read all texts. Four parts are read by
-- four.
quarter as (select count(*) // 4 as documents from documents),

quarters as (
    from documents where rowid < (select documents from quarter)
    union all
    from documents where rowid >= (select documents from quarter) and rowid < (select 2 * documents from quarter)
    union all
    from documents where rowid >= (select 2 * documents from quarter) and rowid < (select 3 * documents from quarter)
    union all
    from documents where rowid >= (select 3 * documents from quarter)
),

-- Texts are parted at the first word, which costs little more than to look for it. To cut them into sentences would take ten times
-- as long.
parted as (
    select
        d.document_id, w.word,
        case when w.pattern is null then string_split(d.text, w.word) else string_split_regex(d.text, w.pattern) end as gaps,
        regexp_extract_all(d.text, w.pattern) as spellings
    from quarters d, wanted w
    where w.word is not null and d.copy_of is null
      and case when w.pattern is null then contains(d.text, w.word) else regexp_matches(d.text, w.pattern) end
),

cut as (
    select document_id, word, unnest(spellings) as spelling, unnest(gaps) as gap, generate_subscripts(gaps, 1) as turn from parted
),

-- Of what stands between, only its first and its last sentence are kept; both are the whole where no sentence ends in it.
kept as (
    select
        document_id, turn, coalesce(spelling, word) as spelled, length(gap) + length(spelled) as characters,
        regexp_extract(gap, '^[^。！？；\n]*[。！？；\n]?') as first_sentence,
        regexp_extract(gap, '[^。！？；\n]*$') as last_sentence,
        turn = 1 or regexp_matches(gap, '[。！？；\n]') as opens
    from cut
),

-- One row each time the word is said. In one sentence it is said as often as one likes.
said as (
    select
        document_id, turn, case when opens then last_sentence else '' end || spelled || lead(first_sentence) over in_text as piece,
        sum(characters) over in_text - length(spelled) - length(last_sentence) as place,
        sum(cast(opens as integer)) over in_text as sentence_number
    from kept
    window in_text as (partition by document_id order by turn)
),

sentences as (
    select document_id, min(place) as place, string_agg(piece, '' order by turn) as piece
    from said
    where piece is not null
    group by document_id, sentence_number
)

select
    d.document_id, d.region_code, d.region, d.report_year, d.title,
    cast(s.place + length(s.piece) - length(ltrim(s.piece, ' 　' || chr(9) || chr(10) || chr(13))) as bigint) as char_start,
    trim(s.piece, ' 　' || chr(9) || chr(10) || chr(13)) as sentence
from sentences s
join documents d using (document_id)
where len(list_filter((select parts from wanted), lambda part: not contains(lower(s.piece), part))) = 0
order by d.report_year desc nulls last, d.region_code, d.document_id, char_start
