-- en: What each region is today: a region that was renamed, raised to a city or district, or given a new code goes on under another code.
-- zh: 行政区划沿革：更名、改设、换代码的地区今天的代码
-- stored by: region_code valid_from region
-- column region_code: Code of the region as it was. | 原代码
-- column region: Name of the region as it was. | 原名称
-- column today_code: Code under which the region goes on today; its own where it is in force, or where it went into another region. | 现代码
-- column today: Name of the region today. | 现名称
-- column steps: How many changes lie between. | 变更次数
-- column is_renamed: Whether it is another name or code than today's. | 是否变更
with recursive divisions as (
    select region_code, region, successor_code, succession, coalesce(valid_from, 0) as since, coalesce(valid_to, 9999) as until from regions
),

-- What a place that was renamed goes on as: the division under the new code that was in force after it.
followed as (
    select d.region_code, d.region, d.since, s.region_code as next_code, s.region as next_region, s.since as next_since
    from divisions d
    join divisions s on s.region_code = d.successor_code and s.since > d.since and s.until > d.until
    where d.succession = 'renamed'
    qualify row_number() over (partition by d.region_code, d.region, d.since order by s.since) = 1
),

walked as (
    select region_code, region, since, region_code as at_code, region as at_region, since as at_since, 0 as steps from divisions
    union all
    select w.region_code, w.region, w.since, f.next_code, f.next_region, f.next_since, w.steps + 1
    from walked w join followed f on f.region_code = w.at_code and f.region = w.at_region and f.since = w.at_since
    where w.steps < 10
),

final as (
    select
        w.region_code, w.region, r.valid_from, r.valid_to, w.at_code as today_code, w.at_region as today, w.steps, w.steps > 0 as is_renamed
    from walked w
    join regions r on r.region_code = w.region_code and r.region = w.region and coalesce(r.valid_from, 0) = w.since
    qualify row_number() over (partition by w.region_code, w.region, w.since order by w.steps desc) = 1
)

select * from final
