-- en: What do reports say of a catalogue indicator in a year? Every reading that nothing puts in doubt, with its rank among the readings of the same figure. Growth over several years (basis over_period or cagr) is a figure of its own, with period_start before year.
-- zh: 目录指标的各年读数及其优先次序（存疑读数除外；跨年增长单列）
-- stored by: region_code indicator_id year statistic modality rank metric_id
-- renewed by: region_code
-- column region_code: Code of the place the number is of: the document's own region, or the place named beside the number (a city in a table of its province). | 数值所属地区代码
-- column region: Name of that place. | 数值所属地区
-- column region_level: Administrative level of that place. | 数值所属地区级别
-- column province: Province of that place; null for the nation. | 数值所属省份
-- column year: Year for which the number holds; the last one of growth over several years. | 年份
-- column period_start: First year for which it holds: the same year but for growth over several years. | 起始年份
-- column name_zh: Chinese name of the indicator. | 指标中文名
-- column name_en: English name of the indicator. | 指标英文名
-- column direction: Whether more of it or less of it is better; null where neither is. | 方向
-- column is_own: Whether the number is of the document's own region; false where another place's report names it (place). | 是否本地区文档
-- column rank: 1 for the best reading of the figure (region, year, period_start, indicator_id, statistic, modality). | 优先次序
-- column rank_in_report: 1 for the best reading among those of the same report year. | 同一报告年份内的优先次序
-- column rank_in_unit: 1 for the best reading in this standard unit. | 同一标准单位内的优先次序
-- column readings: How many readings of the figure there are, those in doubt left out. | 读数个数
-- column agreeing: How many of them give the same number, to the rounding of the coarser one, this one among them. | 一致读数个数
-- column chosen_by: The evidence for this reading: its source, how many others agree, its confidence. | 选取依据
-- column doubted: How many readings of the figure were left out because a check puts value, unit, period or modality in doubt (metrics.quality_flags). | 存疑而未采用的读数个数
with catalogue_names as (
    -- Tables of a province name its cities' figures without an id: the id follows from the name.
    select distinct on (name) name, indicator_id, dimension
    from (
        select unnest(list_append(string_split(coalesce(aliases, ''), '; '), name_zh)) as name, indicator_id, dimension from indicators
    )
    where name <> ''
    order by name, indicator_id
),

divisions as (
    select region_code, arg_max(region, coalesce(valid_to, 9999)) as region, arg_max(region_level, coalesce(valid_to, 9999)) as region_level,
        arg_max(province, coalesce(valid_to, 9999)) as province
    from regions group by region_code
),

located as (
    select
        m.* exclude (region_code, region, region_level, indicator_id),
        coalesce(m.indicator_id, case when m.place_code is not null and (n.dimension = m.dimension or m.statistic = 'growth_rate') then n.indicator_id end) as indicator_id,
        d.doc_type, m.period_end as year, m.place is null as is_own,
        coalesce(m.place_code, m.region_code) as region_code,
        if(m.place is null, m.region, p.region) as region,
        if(m.place is null, m.region_level, p.region_level) as region_level,
        if(m.place is null, d.province, p.province) as province
    from metrics m
    join documents d using (document_id)
    left join divisions p on p.region_code = m.place_code
    left join catalogue_names n on m.indicator_id is null and m.place_code is not null and n.name = m.indicator
    where m.region_code is not null
      -- A document whose region or year is not sure says nothing of a region and a year.
      and d.report_year is not null
      and coalesce(d.identity_confidence, 1) >= 0.5
      -- What a copy says is told by its original.
      and d.copy_of is null
      and m.sub_period is null
      -- The place as a whole: the document's own, or a division named beside the number; never a zone of it or its government's own level.
      and if(
          m.place is null,
          coalesce(m.scope, 'whole') = 'whole',
          m.scope <> 'own_level' and p.region_code is not null
              and (ends_with(p.region, m.place) or not regexp_matches(m.place, /* narrowing zones */))
      )
),

usable as (
    select *, quality_flags is not null as is_doubted, if(period_start < period_end, basis, '') as span
    from located
    where indicator_id is not null
      -- What holds for one year, or growth over several; a difference to another place or to a plan is no figure of the region.
      and case
          when period_start = period_end then coalesce(basis, 'yoy') in ('yoy', 'adjusted_budget')
          else period_start < period_end and statistic = 'growth_rate' and basis in ('over_period', 'cagr')
      end
),

weighed as (
    select
        *,
        coalesce(value_std, value) as amount,
        coalesce(unit_std, unit, '') as amount_unit,
        -- Half a unit of the last digit written; half a percent where there is no Arabic digit.
        coalesce(
            abs(coalesce(value_std, value)) / nullif(try_cast(regexp_extract(replace(number_text, ',', ''), '[0-9]+([.][0-9]+)?') as double), 0)
            * 0.5 / pow(10, length(regexp_extract(replace(number_text, ',', ''), '[0-9]+[.]([0-9]+)', 1))),
            0.005 * abs(coalesce(value_std, value))
        ) as rounding,
        floor(confidence * 10 + 1e-9) as sureness,
        -- What has happened is known once the year is over; what was aimed at is told best in the year itself,
        -- else in the last plan before it, and only then in hindsight.
        case
            when modality = 'actual' then case when report_year > year then 0 else 1 end
            else case when report_year = year then 0 when report_year < year then 1 else 2 end
        end as time_order,
        case when modality = 'target' and report_year > year then report_year else -report_year end as report_order,
        case when modality = 'actual' and bound <> 'exact' then 1 else 0 end as vagueness,
        -- The communiqué has the settled figures of the year; the work report sets the targets.
        case
            when modality = 'actual' then coalesce(list_position(['statistical_communique', 'work_report', 'plan_report', 'budget_report'], doc_type), 9)
            else coalesce(list_position(['work_report', 'plan_report', 'budget_report', 'plan_outline', 'other'], doc_type), 9)
        end as source_order,
        if(modality = 'actual' and doc_type = 'statistical_communique', 0, 1) as unsettled,
        if(basis = 'adjusted_budget', 1, 0) as adjusted
    from usable
),

counted as (
    select
        *,
        count(*) filter (where not is_doubted) over figure as readings,
        count(*) filter (where is_doubted) over figure as doubted,
        count(*) filter (where not is_doubted) over (
            partition by region_code, year, period_start, span, indicator_id, statistic, modality, amount_unit order by amount
            range between rounding preceding and rounding following
        ) as agreeing
    from weighed
    window figure as (partition by region_code, year, period_start, span, indicator_id, statistic, modality)
),

ranked as (
    select
        *,
        row_number() over (figure order by is_own desc, time_order, adjusted, vagueness, unsettled, report_order, source_order, is_preliminary, agreeing desc, sureness desc, char_start, metric_id) as rank,
        row_number() over (report order by is_own desc, adjusted, vagueness, source_order, is_preliminary, agreeing desc, sureness desc, char_start, metric_id) as rank_in_report,
        row_number() over (in_unit order by is_own desc, time_order, adjusted, vagueness, unsettled, report_order, source_order, is_preliminary, agreeing desc, sureness desc, char_start, metric_id) as rank_in_unit
    from counted
    where not is_doubted
    window
        figure as (partition by region_code, year, period_start, span, indicator_id, statistic, modality),
        report as (partition by region_code, year, period_start, span, indicator_id, statistic, modality, report_year),
        in_unit as (partition by region_code, year, period_start, span, indicator_id, statistic, modality, amount_unit)
),

final as (
    select
        r.region_code, r.region, r.region_level, r.province, r.year, r.period_start,
        r.indicator_id, i.name_zh, i.name_en, i.direction, r.statistic, r.modality,
        r.value, r.value_high, r.unit, r.value_std, r.value_high_std, r.unit_std, r.dimension, r.bound, r.basis, r.is_preliminary,
        r.indicator, r.sentence, r.number_text, r.document_id, r.metric_id, r.doc_type, r.report_year, r.char_start, r.char_end, r.confidence,
        r.quality_flags, r.is_own, r.rank, r.rank_in_report, r.rank_in_unit, r.readings, r.agreeing,
        concat_ws(
            '; ',
            if(r.unsettled = 0, 'communiqué', replace(r.doc_type, '_', ' ')) || ' of ' || r.report_year,
            if(not r.is_own, 'of another place', null),
            if(r.readings = 1, 'the only reading', r.agreeing || ' of ' || r.readings || ' readings agree'),
            if(r.is_preliminary, 'preliminary', null),
            'confidence ' || printf('%.2f', r.confidence)
        ) as chosen_by,
        r.doubted
    from ranked r
    left join indicators i using (indicator_id)
)

select * from final
